// Package process starts the programs that the benchmark measures, each on a
// processor of its own, and reads what they use: of a process its time and
// memory, of the machine what all others used, of a server its metrics.
//
//	Start --taskset--> Process --stdout--> Ready
//	Pin   --> this process, on one processor
//	CPU, Resident      <-- /proc/PID/stat, /proc/PID/status
//	ReadMachine        <-- /proc/stat
//	Metrics            <-- GET /metrics
//
// It keeps no state but that of the children; any goroutine may call.
package process
