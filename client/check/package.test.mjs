// What npm would publish, installed into an application that uses it: types in both ways of resolving modules, and the
// bundle in node, which has no browser to lean on while a module is loaded.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const client = path.resolve(import.meta.dirname, '..');
const consumer = path.join(import.meta.dirname, 'consumer');

let work;
let packed;

before(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'atrium-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], { cwd: client });
  [packed] = JSON.parse(stdout);
});

after(() => rm(work, { recursive: true, force: true }));

test('the package holds the two bundles, declarations, the licence and a readme, and no sources', () => {
  const names = packed.files.map((file) => file.path);
  const declarations = names.filter((name) => /^out\/types\/.*\.d\.ts$/.test(name));
  assert.deepEqual(names.filter((name) => !declarations.includes(name)).sort(), [
    'LICENSE', 'README.md', 'dist/KurentoRoom.js', 'dist/atrium.js', 'package.json',
  ]);
  assert.ok(declarations.includes('out/types/index.d.ts'), `declarations: ${declarations}`);
});

test('the package needs nothing else', async () => {
  const manifest = JSON.parse(await readFile(path.join(client, 'package.json'), 'utf8'));
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.peerDependencies, undefined);
  assert.equal(manifest.scripts?.postinstall, undefined);
});

test('an application that installed it compiles and loads it', async () => {
  const app = path.join(work, 'app');
  await mkdir(app);
  await writeFile(path.join(app, 'package.json'), '{"name":"app","private":true,"type":"module"}\n');
  await copyFile(path.join(consumer, 'app.ts'), path.join(app, 'app.ts'));
  await run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', path.join(work, packed.filename)], { cwd: app });
  for (const [module, moduleResolution] of [['esnext', 'bundler'], ['nodenext', 'nodenext']]) {
    await compile(app, { module, moduleResolution });
  }
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e',
    'import * as atrium from "atrium-client"; console.log("loaded", Object.keys(atrium).sort().join())'], { cwd: app });
  assert.match(stdout, /^loaded/);
});

/** Compiles the application with the strictest reading of our declarations: skipLibCheck would look past their errors. */
async function compile(app, resolution) {
  const compilerOptions = {
    strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true, types: [], target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable'],
    ...resolution,
  };
  await writeFile(path.join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
  try {
    await run(process.execPath, [path.join(client, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', app]);
  } catch (error) {
    assert.fail(`with ${resolution.moduleResolution}:\n${error.stdout}`);
  }
}
