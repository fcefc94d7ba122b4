// Command bundle turns the TypeScript of client/ into the files that the server embeds. It needs no node: esbuild is a
// Go library, pinned in this module's go.mod, so that the same sources give the same bytes on every machine.
//
//	client/src/index.ts ---------> dist/atrium.js        the SDK, an ES module
//	client/src/kurento/index.ts -> dist/KurentoRoom.js   the same as globals of Kurento Room, a classic script
//	client/page/main.ts ---------> dist/app.js           the call page, the SDK inside
//	client/page/style/main.css --> dist/style.css
//	client/page/index.html, icon.svg: as they are
//
// The files of dist/ are committed, because `go install` of the server has nothing else to embed; -check says when
// they are not what the sources give, or have grown over their budgets. Types are not looked at here: esbuild only
// removes them, the TypeScript compiler checks them (make client-check).
package main
