// Package report shows a load test to people: while it runs, on the terminal;
// afterwards as a table, as JSON and as one self-contained HTML page. It renders
// what is in a result.Run and measures nothing; every figure is written by its
// result.Unit, so the three forms agree to the digit.
//
//	result.Point, each second --> Live --> terminal (repainted) or log (a line every 5 s)
//
//	             +--> Text --> the table at the end
//	result.Run --+--> JSON --> for programs
//	             +--> HTML --> page.html + page.css + page.js, plots drawn here as SVG
//
// Names, errors and commands come from scenarios and from servers: on terminals
// they lose their control characters, on the page html/template escapes them.
package report
