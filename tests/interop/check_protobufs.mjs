// SPDX-License-Identifier: Apache-2.0
// Compares proto/mesh.proto with the devices' own definitions as published in the npm package
// @meshtastic/protobufs (GPL-3.0: installed for this check only, never shipped). Ours may be a subset; what it
// has must agree in number, wire type and repetition.
//
//   node check_protobufs.mjs EMPTY_OR_CACHED_FOLDER [PROTO_FILE]
//
// Exit 0: agrees. 1: differs, each difference on a line. 2: the package could not be had.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [folder, protoFile = join(here, "../../proto/mesh.proto")] = process.argv.slice(2);

/** What a type is on the wire and in the value it stands for; ours writes string as bytes, enums as uint32. */
const classes = {
  bool: "varint", uint32: "varint", int32: "varint", uint64: "varint", enum: "varint", sint32: "zigzag",
  fixed32: "32 bit", sfixed32: "signed 32 bit", float: "float", string: "length", bytes: "length",
};

/** Ours has these from newer firmware than the package may know: missing there is no difference, another form is. */
const newerThanPackage = new Set([
  "MeshPacket.xeddsa_signed", "Data.xeddsa_signature", "Waypoint.geofence_radius",
  "Telemetry.traffic_management_stats", "TrafficManagementStats", "Waypoint.notify_on_enter",
  "Waypoint.notify_on_exit", "Waypoint.notify_favorites_only", "AirQualityMetrics.pm_status_flags",
  "StatusMessage", "MeshBeacon", "EnvironmentMetrics.lightning_strike_count_1h",
  "EnvironmentMetrics.lightning_distance_km", "EnvironmentMetrics.one_wire_temperature",
  ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((channel) => [
    `EnvironmentMetrics.adc_voltage_ch${channel}`, `EnvironmentMetrics.one_wire_temperature_ch${channel}`,
  ]),
]);

/** Ours stand alone, theirs inside another message. */
const nestedThere = { LoRaConfig: "Config.LoRaConfig" };

function fail(code, text) {
  console.error(text);
  process.exit(code);
}

function install() {
  if (!folder) fail(2, "usage: node check_protobufs.mjs FOLDER [PROTO_FILE]");
  mkdirSync(folder, { recursive: true });
  if (existsSync(join(folder, "node_modules/@meshtastic/protobufs"))) return;
  writeFileSync(join(folder, "package.json"), '{"private": true, "type": "module"}\n');
  try {
    const arguments_ = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "@meshtastic/protobufs"];
    execFileSync("npm", arguments_, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  } catch {
    fail(2, "npm could not install @meshtastic/protobufs: is there a network?");
  }
}

/** Message name -> field number -> {name, kind, repeated}; nested messages as Outer.Inner. */
function readOurs(text) {
  const messages = new Map();
  const enums = new Set();
  const open = [];
  for (const line of text.replace(/\/\/.*$/gm, "").split("\n")) {
    const block = line.match(/^\s*(message|enum|oneof)\s+(\w+)\s*\{/);
    const field = line.match(/^\s*(optional|repeated)?\s*(\w+)\s+(\w+)\s*=\s*(\d+)\s*;/);
    if (block) {
      open.push({ kind: block[1], name: block[2] });
      const name = open.filter((part) => part.kind === "message").map((part) => part.name).join(".");
      if (block[1] === "message") messages.set(name, new Map());
      if (block[1] === "enum") enums.add(block[2]);
    } else if (field && !open.some((part) => part.kind === "enum")) {
      const name = open.filter((part) => part.kind === "message").map((part) => part.name).join(".");
      const kind = enums.has(field[2]) ? "enum" : classes[field[2]] ? field[2] : `message ${field[2]}`;
      messages.get(name).set(Number(field[4]), { name: field[3], kind, repeated: field[1] === "repeated" });
    } else if (/^\s*\}/.test(line)) {
      open.pop();
    }
  }
  return messages;
}

const scalarNames = {
  1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 6: "fixed64", 7: "fixed32", 8: "bool", 9: "string",
  12: "bytes", 13: "uint32", 15: "sfixed32", 16: "sfixed64", 17: "sint32", 18: "sint64",
};

function kindOf(field) {
  if (field.message) return `message ${field.message.name}`;
  if (field.enum) return "enum";
  return scalarNames[field.scalar] ?? `scalar ${field.scalar}`;
}

function wireClass(kind) {
  return classes[kind] ?? kind;
}

function addMessages(schemas, prefix, theirs) {
  for (const schema of schemas) {
    const name = prefix + schema.name;
    const fields = new Map();
    for (const field of schema.fields) {
      const repeated = field.fieldKind === "list";
      fields.set(field.number, { name: field.name, kind: kindOf(field), repeated });
    }
    theirs.set(name, fields);
    addMessages(schema.nestedMessages ?? [], `${name}.`, theirs);
  }
}

/** Every file descriptor the package exports, as a namespace or at its top level. */
async function readTheirs() {
  const root = join(resolve(folder), "node_modules/@meshtastic/protobufs");
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const exported = manifest.exports?.["."];
  const entry = exported?.import ?? exported?.default ?? manifest.module ?? manifest.main;
  const path = typeof entry === "string" ? entry : entry.default;
  const module = await import(pathToFileURL(join(root, path)).href);
  const theirs = new Map();
  const spaces = [module, ...Object.values(module).filter((value) => value && typeof value === "object")];
  for (const space of spaces) {
    for (const value of Object.values(space)) {
      if (value?.kind === "file") addMessages(value.messages, "", theirs);
    }
  }
  return { version: manifest.version, messages: theirs };
}

function differences(ours, theirs) {
  const found = [];
  for (const [message, fields] of ours) {
    const other = theirs.get(nestedThere[message] ?? message);
    if (!other) {
      if (!newerThanPackage.has(message)) found.push(`${message}: the devices have no such message`);
      continue;
    }
    for (const [number, field] of fields) {
      const twin = other.get(number);
      const where = `${message}.${field.name} = ${number}`;
      if (!twin && newerThanPackage.has(`${message}.${field.name}`)) continue;
      if (!twin) found.push(`${where}: the devices have no field ${number}`);
      else if (twin.name !== field.name) found.push(`${where}: the devices call it ${twin.name}`);
      else if (wireClass(twin.kind) !== wireClass(field.kind)) {
        found.push(`${where}: ${field.kind}, not ${twin.kind}`);
      } else if (twin.repeated !== field.repeated) found.push(`${where}: repeated on one side only`);
    }
  }
  return found;
}

install();
const ours = readOurs(readFileSync(protoFile, "utf8"));
const theirs = await readTheirs();
const twin = `@meshtastic/protobufs ${theirs.version}`;
if (theirs.messages.size === 0) fail(2, `${twin} exports nothing this check understands`);
const found = differences(ours, theirs.messages);
for (const line of found) console.error(line);
const count = [...ours.values()].reduce((sum, fields) => sum + fields.size, 0);
console.log(`${ours.size} messages, ${count} fields against ${twin}: ${found.length} differences`);
process.exit(found.length === 0 ? 0 : 1);
