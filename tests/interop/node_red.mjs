// SPDX-License-Identifier: Apache-2.0
// Node-RED as people use it beside a gateway: a flow with `mqtt in` on msh/+/2/json/# sees the JSON of an
// encrypted envelope as an object, and a `sendtext` it publishes reaches the gateway as an envelope that opens
// with the channel's key; the answers on mesh/send/result come back to the flow.
//
//   MESHBROKER_PROGRAM=PATH node node_red.mjs FOLDER_WITH_NODE_MODULES
//
// Exit 0: all seen. 1: something differs or did not come in time. 2: wrong usage.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createDecipheriv } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2] ?? "");
const program = process.env.MESHBROKER_PROGRAM;
if (!program || !process.argv[2]) {
  console.error("usage: MESHBROKER_PROGRAM=PATH node node_red.mjs FOLDER");
  process.exit(2);
}

const required = createRequire(join(folder, "package.json"));
const imported = (name) => import(pathToFileURL(required.resolve(name)).href);
const mqtt = required("mqtt");
const { fromBinary } = await imported("@bufbuild/protobuf");
const protobufs = await imported("@meshtastic/protobufs");

const patience = 60_000; // ms for each thing to come; a loaded machine needs much of it for Node-RED's start
const root = "msh/EU_868";
const vectorName = "nodeinfo/encrypted/0007"; // below that root, with the default key
const defaultKey = Buffer.from("d4f1bb3a20290759f0bcffabcf4e6901", "hex");

const work = mkdtempSync(join(tmpdir(), "node-red-"));
const children = [];
const logs = [];

/** A promise that fails, named, when it takes too long. */
function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${patience / 1000} s: ${what}`)), patience);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Starts a program and waits until a line of its output matches. */
function start(name, command, args, pattern) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  const ready = new Promise((done, fail) => {
    const read = (chunk) => {
      logs.push(`${name}: ${chunk}`);
      const found = String(chunk).match(pattern);
      if (found) done(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", fail);
    child.on("exit", (code) => fail(new Error(`${name} ended with ${code}`)));
  });
  return within(ready, `${name} says ${pattern}`);
}

/** Keeps what comes in and gives the first message that fits, also one that is still to come. */
class Inbox {
  #messages = [];
  #waiting = [];
  constructor(client) {
    client.on("message", (topic, payload, packet) => {
      this.#messages.push({ topic, payload, packet });
      this.#waiting = this.#waiting.filter((look) => !look());
    });
  }
  first(fits, what) {
    const found = new Promise((done) => {
      const look = () => {
        const message = this.#messages.find(fits);
        if (message) done(message);
        return message !== undefined;
      };
      if (!look()) this.#waiting.push(look);
    });
    return within(found, what);
  }
  count(fits) {
    return this.#messages.filter(fits).length;
  }
}

async function connect(port, clientId) {
  const client = mqtt.connect({ host: "127.0.0.1", port, clientId, protocolVersion: 4, reconnectPeriod: 0 });
  await within(once(client, "connect"), `${clientId} connects`);
  return client;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** The documented flows, docs/sending.md, and what shows the test what they saw. */
function flowsFor(port, gateway) {
  const node = (id, type, more) => ({ id, type, z: "tab", x: 100, y: 100, wires: [], ...more });
  const input = (id, topic, to) =>
    node(id, "mqtt in", { topic, qos: "0", datatype: "auto-detect", broker: "broker", wires: [[to]] });
  const output = (id, topic) => node(id, "mqtt out", { topic, qos: "0", retain: "false", broker: "broker" });
  const code = (id, func, to) => node(id, "function", { func, outputs: 1, wires: [[to]] });
  const button = (id, payload) =>
    node(id, "inject", {
      props: [{ p: "payload" }], payload: JSON.stringify(payload), payloadType: "json", once: false,
      wires: [["down"]],
    });
  const number = Number.parseInt(gateway.slice(1), 16);
  const report = "return {payload: {type: typeof msg.payload, topic: msg.topic, seen: msg.payload}};";
  return [
    { id: "tab", type: "tab", label: "mesh" },
    {
      id: "broker", type: "mqtt-broker", broker: "127.0.0.1", port: String(port), clientid: "node-red",
      protocolVersion: "4", keepalive: "60", cleansession: true, autoConnect: true,
    },
    input("answers", "mesh/send/result", "report"),
    input("json", "msh/+/2/json/#", "report"),
    code("report", report, "seen"),
    output("seen", "test/seen"),
    button("text", { from: number, channel: 0, type: "sendtext", payload: "grüße aus Node-RED", want_ack: true }),
    button("long", { type: "sendtext", payload: "x".repeat(300) }),
    output("down", `${root}/2/json/mqtt/`),
  ];
}

async function startNodeRed(port, gateway) {
  const adminPort = await freePort();
  const settings = {
    uiHost: "127.0.0.1", uiPort: adminPort, flowFile: "flows.json", editorTheme: { tours: false },
    logging: { console: { level: "info" } }, telemetry: { enabled: false }, diagnostics: { enabled: false },
  };
  writeFileSync(join(work, "settings.js"), `module.exports = ${JSON.stringify(settings)};\n`);
  writeFileSync(join(work, "flows.json"), JSON.stringify(flowsFor(port, gateway)));
  const words = [join(folder, "node_modules/node-red/red.js"), "-u", work, "-s", join(work, "settings.js")];
  await start("node-red", process.execPath, words, /Connected to broker/);
  return async (button) => {
    const answer = await fetch(`http://127.0.0.1:${adminPort}/inject/${button}`, { method: "POST" });
    assert.equal(answer.status, 200, `the button ${button}`);
  };
}

async function startBroker() {
  const file = join(work, "meshbroker.toml");
  const data = join(work, "data");
  const channel = '[[mesh.channel]]\nname = "LongFast"\npsk = "AQ=="\nindex = 0\n';
  writeFileSync(file, `[broker]\ndata_dir = "${data}"\n[[listener]]\nbind = "127.0.0.1:0"\n${channel}`);
  const listening = /listening address=127\.0\.0\.1:(\d+)/;
  const found = await start("meshbroker", program, ["serve", "-c", file], listening);
  return Number(found[1]);
}

/** The Data in a packet as firmware opens it: AES-CTR with the packet's id and sender as the nonce. */
function open(packet, key) {
  const nonce = Buffer.alloc(16);
  nonce.writeBigUInt64LE(BigInt(packet.id), 0);
  nonce.writeUInt32LE(packet.from, 8);
  const cipher = createDecipheriv(`aes-${key.length * 8}-ctr`, key, nonce);
  const plain = Buffer.concat([cipher.update(packet.payloadVariant.value), cipher.final()]);
  return fromBinary(protobufs.Mesh.DataSchema, plain);
}

const envelopeIn = (message) => fromBinary(protobufs.Mqtt.ServiceEnvelopeSchema, message.payload);

/** Not the broker's announcement of its own name, which may come meanwhile. */
function isText(message) {
  if (!message.topic.startsWith(`${root}/2/e/LongFast/!`)) return false;
  const { packet } = envelopeIn(message);
  assert.equal(packet.payloadVariant.case, "encrypted");
  return open(packet, defaultKey).portnum === protobufs.Portnums.PortNum.TEXT_MESSAGE_APP;
}

const seenBy = (message) => JSON.parse(message.payload).seen;
const isAnswer = (message) => JSON.parse(message.payload).topic === "mesh/send/result";

async function checkUplink(vector, gateway, watcher) {
  gateway.publish(vector.topic, Buffer.from(vector.env, "hex"));
  const isJson = (message) => JSON.parse(message.payload).topic === vector.json_topic;
  const report = JSON.parse((await watcher.first(isJson, "the JSON in Node-RED")).payload);
  assert.equal(report.type, "object", "what mqtt in made of the payload");
  assert.deepEqual(report.seen, JSON.parse(vector.json));
  console.log(`uplink: ${vector.name} is the firmware's JSON, an object in Node-RED`);
}

async function checkDownlink(press, heard, watcher, gatewayId) {
  await press("text");
  const message = await heard.first(isText, "the envelope");
  const envelope = envelopeIn(message);
  assert.equal(envelope.channelId, "LongFast");
  assert.equal(`${root}/2/e/LongFast/${envelope.gatewayId}`, message.topic);
  assert.equal(message.packet.qos, 0);
  assert.equal(message.packet.retain, false);
  assert.equal(Buffer.from(open(envelope.packet, defaultKey).payload).toString(), "grüße aus Node-RED");
  assert.equal(envelope.packet.wantAck, true);
  const isIts = (each) => isAnswer(each) && seenBy(each).id === envelope.packet.id;
  const answer = seenBy(await watcher.first(isIts, "the answer in Node-RED"));
  assert.equal(answer.accepted, true);
  assert.deepEqual(answer.gateways, [{ gateway: gatewayId, state: "sent" }]);
  console.log("downlink: the text reached its gateway encrypted, and the answer reached Node-RED");
}

async function checkRefusal(press, heard, watcher) {
  await press("long");
  const isRefusal = (each) => isAnswer(each) && seenBy(each).accepted === false;
  const refused = seenBy(await watcher.first(isRefusal, "the refusal in Node-RED"));
  assert.match(refused.reason, /^the text has 300 bytes; a packet takes 23\d /);
  assert.equal(heard.count(isText), 1);
  console.log("refusal: a text that is too long is named in Node-RED and reached no gateway");
}

async function run() {
  const lines = readFileSync(join(here, "../vectors/json_golden.jsonl"), "utf8").trim().split("\n");
  const vector = lines.map((line) => JSON.parse(line)).find((each) => each.name === vectorName);
  const port = await startBroker();
  const observer = await connect(port, "observer");
  const watcher = new Inbox(observer);
  await observer.subscribeAsync("test/seen");
  // Retained, so that it comes when Node-RED has subscribed, however late; it subscribes to answers before.
  await observer.publishAsync(`${root}/2/json/ready`, "{}", { retain: true });
  const press = await startNodeRed(port, vector.gateway);
  const isReady = (message) => JSON.parse(message.payload).topic === `${root}/2/json/ready`;
  await watcher.first(isReady, "Node-RED's subscription");
  const gateway = await connect(port, vector.gateway);
  const heard = new Inbox(gateway);
  const filters = ["LongFast", vector.channel_id, "PKI"].map((channel) => `${root}/2/e/${channel}/+`);
  const granted = await gateway.subscribeAsync(filters, { qos: 1 });
  assert.deepEqual(granted.map((each) => each.qos), [0, 0, 0], "a gateway is granted QoS 0");
  await checkUplink(vector, gateway, watcher);
  await checkDownlink(press, heard, watcher, vector.gateway);
  await checkRefusal(press, heard, watcher);
  for (const client of [observer, gateway]) client.end(true);
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.removeAllListeners("exit");
  child.kill();
  await within(once(child, "exit"), "the end of a program").catch(() => child.kill("SIGKILL"));
}

let failure;
try {
  await run();
} catch (error) {
  failure = error;
}
for (const child of children.reverse()) await stop(child);
rmSync(work, { recursive: true, force: true });
if (failure) {
  console.error(logs.join("").split("\n").slice(-60).join("\n"));
  console.error(`FAILED: ${failure.message}`);
}
process.exit(failure ? 1 : 0);
