// The core runs wherever there is JavaScript: what it needs of a browser comes through Platform. The compiler knows
// which names are the browser's: those that are declared in its library of the DOM.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import path from 'node:path';
import ts from 'typescript';

const client = path.resolve(import.meta.dirname, '..');
const core = path.join(client, 'src', 'core') + path.sep;

/** The program of tsconfig.json, or of one source that stands for a file of the core. */
function program(source) {
  const { config } = ts.readConfigFile(path.join(client, 'tsconfig.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, client);
  if (source === undefined) {
    return ts.createProgram(fileNames, options);
  }
  const host = ts.createCompilerHost(options);
  const name = path.join(core, 'sample.ts');
  const read = host.getSourceFile;
  host.getSourceFile = (file, ...rest) => (file === name ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true) : read(file, ...rest));
  host.fileExists = (file) => file === name || ts.sys.fileExists(file);
  return ts.createProgram([name], options, host);
}

/** Says where files of the core name a value of the browser, or import what is not of the core. */
function trespasses(made) {
  const checker = made.getTypeChecker();
  const found = [];
  const at = (node, text) => {
    const file = node.getSourceFile();
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${path.relative(client, file.fileName)}:${line + 1}: ${text}`);
  };
  const visit = (node) => {
    if (ts.isHeritageClause(node)) {
      if (node.token === ts.SyntaxKind.ExtendsKeyword && ts.isClassLike(node.parent)) {
        node.types.forEach((type) => visit(type.expression));
      }
      return;
    }
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
      return; // types cost nothing: they are gone when it runs
    }
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const target = node.moduleSpecifier;
      if (target && !path.resolve(path.dirname(node.getSourceFile().fileName), target.text).startsWith(core)) {
        at(node, `imports ${target.text}`);
      }
      return;
    }
    if (ts.isIdentifier(node) && (node.text === 'globalThis' || ofBrowser(checker, node))) {
      at(node, `names ${node.text}`);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of made.getSourceFiles()) {
    if (path.resolve(file.fileName).startsWith(core)) {
      visit(file);
    }
  }
  return found;
}

/** Is it a variable, function or class of the DOM's library? Members of its interfaces are not: who has the object got it. */
function ofBrowser(checker, identifier) {
  const symbol = ts.isShorthandPropertyAssignment(identifier.parent)
    ? checker.getShorthandAssignmentValueSymbol(identifier.parent)
    : checker.getSymbolAtLocation(identifier);
  return (symbol?.declarations ?? []).some(
    (declaration) =>
      (ts.isVariableDeclaration(declaration) || ts.isFunctionDeclaration(declaration) || ts.isClassDeclaration(declaration)) &&
      path.basename(declaration.getSourceFile().fileName).startsWith('lib.dom'),
  );
}

test('the core names nothing of the browser and imports nothing but itself', () => {
  assert.deepEqual(trespasses(program()), []);
});

test('a name of the browser is found wherever it stands for a value', () => {
  const found = trespasses(program(`
    import { listDevices } from '../browser/devices.ts';
    const socket = new WebSocket('ws://x');
    export const later = { setTimeout };
    export class Mine extends EventTarget {}
    export const width = () => globalThis.innerWidth + performance.now();
    localStorage['x'] = listDevices;
    export { socket };
  `));
  assert.deepEqual(found.map((text) => text.replace(/.*: /, '')), [
    'imports ../browser/devices.ts', 'names WebSocket', 'names setTimeout', 'names EventTarget', 'names globalThis',
    'names innerWidth', 'names performance', 'names localStorage',
  ]);
});

test('types of the browser and members of what was handed in are free', () => {
  assert.deepEqual(trespasses(program(`
    export interface Platform { setTimeout(fn: () => void, ms: number): unknown; peer(): RTCPeerConnection }
    export function dial(platform: Platform): RTCPeerConnection {
      platform.setTimeout(() => undefined, 5);
      const peer: RTCPeerConnection = platform.peer();
      peer.close();
      return peer;
    }
  `)), []);
});
