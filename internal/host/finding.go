package host

// Needs are what the configuration and the program want of a machine.
type Needs struct {
	SocketBuffer int   // octets that the media sockets ask for in each direction
	Sessions     int   // websockets at a time; 0 is no limit
	TCP          bool  // media may come over TCP as well
	Sockets      int   // listeners and media sockets, roughly
	Ports        []int // listened on; 0 is any
	Processors   int   // that Go uses at a time (GOMAXPROCS)
	MemoryLimit  int64 // that Go's collector keeps to (GOMEMLIMIT); math.MaxInt64 is none
}

// Finding is something that the machine lacks.
type Finding struct {
	Problem string // what it is
	Reason  string // what that does to calls
	Remedy  string // a command, or what else repairs it
}

// Advise returns what is wrong, the worst first.
func Advise(f Facts, n Needs) []Finding {
	var found []Finding
	for _, look := range []func(Facts, Needs) (Finding, bool){
		ports, files, receiveBuffer, sendBuffer, quota, memory, frequency, clock, backlog, kernel,
	} {
		if finding, wrong := look(f, n); wrong {
			found = append(found, finding)
		}
	}
	return found
}
