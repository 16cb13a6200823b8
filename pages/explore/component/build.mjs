// Builds what the console serves: one module, the engine, its worker and its extensions, gzipped, named by their hashes.
//
//   npm run build -- FOLDER     FOLDER holds json.duckdb_extension.wasm and parquet.duckdb_extension.wasm

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const OUT = new URL("../../static/explore/", import.meta.url);
const DUCKDB = new URL("node_modules/@duckdb/duckdb-wasm/", import.meta.url);
const ENGINE_VERSION = "v1.5.1";
const EXTENSIONS = ["json", "parquet"];
const folder = process.argv[2];
if (!folder) throw new Error("name the folder of the extensions");

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const lock = JSON.parse(readFileSync(new URL("package-lock.json", import.meta.url)));
const js = "text/javascript; charset=utf-8";
const wasm = "application/wasm";

async function bundled() {
  const entry = new URL("index.js", import.meta.url).pathname;
  const looks = { bundle: true, format: "esm", minify: true, target: "es2022", legalComments: "eof", charset: "utf8" };
  const made = await build({ entryPoints: [entry], ...looks, loader: { ".css": "text" }, write: false });
  return Buffer.from(made.outputFiles[0].contents);
}

const withoutMap = (bytes) => Buffer.from(bytes.toString().replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
const extension = (name) => readFileSync(`${folder}/${name}.duckdb_extension.wasm`);
const parts = [
  { name: "module", ending: "js", mime: js, bytes: await bundled() },
  { name: "worker", ending: "js", mime: js, bytes: withoutMap(readFileSync(new URL("dist/duckdb-browser-eh.worker.js", DUCKDB))) },
  { name: "engine", ending: "wasm", mime: wasm, bytes: readFileSync(new URL("dist/duckdb-eh.wasm", DUCKDB)) },
  ...EXTENSIONS.map((name) => ({ name, ending: "wasm", mime: wasm, bytes: extension(name) })),
];
const extensions = sha256(Buffer.concat(EXTENSIONS.map(extension))).slice(0, 16);

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const files = {};
for (const { name, ending, mime, bytes } of parts) {
  const hash = sha256(bytes);
  const file = `${name}.${hash.slice(0, 16)}.${ending}`;
  const packed = gzipSync(bytes, { level: 9 });
  const inside = `${extensions}/${ENGINE_VERSION}/wasm_eh/${name}.duckdb_extension.wasm`;
  const path = EXTENSIONS.includes(name) ? inside : file;
  writeFileSync(new URL(`${file}.gz`, OUT), packed);
  files[name] = { path, file: `${file}.gz`, mime, size: bytes.length, sha256: hash, gzip_sha256: sha256(packed) };
}

// Packages of long ago say it in another place.
function ofOld(path) {
  return JSON.parse(readFileSync(new URL(`${path}/package.json`, import.meta.url))).licenses[0].type;
}

// Every package whose code is in the module or the worker, with its licence.
const inside = Object.entries(lock.packages).filter(([path, one]) => path && !one.dev && !one.optional);
const packages = Object.fromEntries(
  inside.map(([path, one]) => [path.replace(/^.*node_modules\//, ""), { version: one.version, licence: one.license ?? ofOld(path), integrity: one.integrity }]),
);
const sources = Object.fromEntries(
  readdirSync(new URL(".", import.meta.url))
    .filter((name) => /\.(js|css|mjs|txt)$|^package(-lock)?\.json$/.test(name))
    .sort()
    .map((name) => [name, sha256(readFileSync(new URL(name, import.meta.url)))]),
);
const provenance = {
  module: "pages/explore/component, bundled by esbuild with the packages below",
  worker: "npm package @duckdb/duckdb-wasm, dist/duckdb-browser-eh.worker.js, its source map's line left out",
  engine: "npm package @duckdb/duckdb-wasm, dist/duckdb-eh.wasm, DuckDB 1.5.1 (MIT)",
  extensions:
    "DuckDB 1.5.1, wasm_eh (MIT), signed by the DuckDB Foundation; taken from the Python package embedding-atlas 0.26.0 " +
    "(MIT), embedding_atlas/static/duckdb-wasm/v1.5.1/wasm_eh",
};
writeFileSync(new URL("assets.json", OUT), `${JSON.stringify({ extensions, files, provenance, packages, sources }, null, 1)}\n`);

// A text that several packages share stands once, below all of their names.
const texts = new Map();
for (const name of Object.keys(packages).sort()) {
  const at = new URL(`node_modules/${name}/`, import.meta.url);
  const licence = readdirSync(at).find((one) => /^licen[cs]e/i.test(one));
  // DuckDB's package brings none; its repository does.
  const from = licence ? new URL(licence, at) : name.startsWith("@duckdb/") && new URL("duckdb-licence.txt", import.meta.url);
  const text = readFileSync(from, "utf8").trim();
  texts.set(text, [...(texts.get(text) ?? []), `${name} ${packages[name].version}`]);
}
const licences = [...texts].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
writeFileSync(new URL("LICENSES.txt", OUT), licences.join(`\n${"-".repeat(80)}\n\n`));
for (const [name, one] of Object.entries(files)) console.log(name, one.path, one.size);
