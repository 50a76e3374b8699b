// SPDX-License-Identifier: Apache-2.0
// MQTT.js (npm package mqtt) against the program, over TCP, TLS, TLS with client certificates, WebSocket and
// WebSocket in TLS: each publishes at every QoS to itself and to a client of another kind.
//
//   MESHBROKER=PROGRAM node check_mqtt_js.mjs FOLDER_WITH_NODE_MODULES
//
// Exit 0: all was heard. 1: something was not.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [modules] = process.argv.slice(2);
const mqtt = createRequire(join(resolve(modules), "package.json"))("mqtt");
const program = process.env.MESHBROKER_PROGRAM;
const folder = mkdtempSync(join(tmpdir(), "meshbroker-"));
const file = (name) => join(folder, name);

function openssl(...args) {
  execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
}

function makeCertificates() {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-subj", "/CN=ca", "-days", "2", "-out", "ca.crt");
  for (const name of ["server", "gate"]) {
    openssl("req", ...key, "-keyout", `${name}.key`, "-subj", `/CN=${name}`, "-addext",
      "subjectAltName=DNS:localhost", "-out", `${name}.csr`);
    openssl("x509", "-req", "-in", `${name}.csr`, "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days",
      "2", "-copy_extensions", "copy", "-out", `${name}.crt`);
  }
}

const tls = 'tls = { cert = "server.crt", key = "server.key" }';
const listeners = [
  ["mqtt", ""],
  ["mqtts", tls],
  ["mqtts with a certificate",
    'allow_anonymous = false\ntls = { cert = "server.crt", key = "server.key", client_ca = "ca.crt", ' +
    'require_client_certificate = true, user = "cn" }'],
  ["ws", 'protocol = "websocket"'],
  ["wss", `protocol = "websocket"\n${tls}`],
];

/** The program, and the port of each listener. */
async function start() {
  const sections = listeners.map(([, lines]) => `[[listener]]\nbind = "127.0.0.1:0"\n${lines}\n`);
  writeFileSync(file("broker.toml"), `[broker]\ndata_dir = ""\nworkers = 2\n${sections.join("")}`);
  const broker = spawn(program, ["serve", "-c", file("broker.toml")], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  for await (const chunk of broker.stderr) {
    log += chunk;
    const ports = [...log.matchAll(/listening address=127\.0\.0\.1:(\d+)/g)].map((match) => Number(match[1]));
    if (ports.length === listeners.length) {
      broker.stderr.resume();
      return { broker, ports };
    }
  }
  throw new Error(`the broker did not start: ${log}`);
}

function connect(kind, port) {
  const scheme = kind.split(" ")[0];
  const path = scheme.startsWith("ws") ? "/mqtt" : "";
  const own = kind.includes("certificate")
    ? { cert: readFileSync(file("gate.crt")), key: readFileSync(file("gate.key")) } : {};
  return mqtt.connectAsync(`${scheme}://localhost:${port}${path}`,
    { ...own, family: 4, ca: readFileSync(file("ca.crt")), reconnectPeriod: 0, connectTimeout: 10_000,
      clientId: `js ${kind}` });
}

/** Resolves when both have heard all of it. */
async function converse(kind, client, other) {
  const sizes = [0, 1, 125, 126, 16_384, 65_536, 1_000_000];
  const wanted = sizes.length * 3;
  const heardBy = (one) => new Promise((done, failed) => {
    const heard = [];
    const timer = setTimeout(() => failed(new Error(`${kind}: only ${heard.length} of ${wanted}`)), 30_000);
    one.removeAllListeners("message");
    one.on("message", (topic, payload) => {
      if (topic !== kind || !payload.every((byte) => byte === 0x78)) return;
      if (heard.push(payload.length) === wanted) done(clearTimeout(timer));
    });
  });
  await Promise.all([client.subscribeAsync(kind, { qos: 2 }), other.subscribeAsync(kind, { qos: 2 })]);
  const both = Promise.all([heardBy(client), heardBy(other)]);
  for (const qos of [0, 1, 2])
    for (const size of sizes) await client.publishAsync(kind, Buffer.alloc(size, "x"), { qos });
  await both;
}

makeCertificates();
const { broker, ports } = await start();
let code = 0;
try {
  const plain = await connect("mqtt", ports[0]);
  for (const [index, [kind]] of listeners.entries()) {
    if (index === 0) continue;
    const client = await connect(kind, ports[index]);
    await converse(kind, client, plain);
    await client.endAsync();
    console.log(`${kind}: all was heard`);
  }
  await plain.endAsync();
} catch (error) {
  console.error(error);
  code = 1;
}
broker.kill();
rmSync(folder, { recursive: true });
process.exit(code);
