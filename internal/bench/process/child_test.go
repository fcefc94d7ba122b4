package process

import (
	"os/exec"
	"strings"
	"testing"
)

func TestAChildSaysItsLine(t *testing.T) {
	if _, err := exec.LookPath("taskset"); err != nil {
		t.Skip(err)
	}
	p, err := Start(t.Context(), 0, "sh", "-c", "echo first; echo ready: there; exec sleep 60")
	if err != nil {
		t.Fatal(err)
	}
	if rest, err := p.Line(t.Context(), "ready: "); rest != "there" || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
	if _, err := Resident(p.PID()); err != nil {
		t.Error(err)
	}
	p.Kill()
	if _, err := CPU(p.PID()); err == nil {
		t.Error("it lives")
	}
}

func TestAChildThatEndsSaysNothing(t *testing.T) {
	if _, err := exec.LookPath("taskset"); err != nil {
		t.Skip(err)
	}
	p, err := Start(t.Context(), 0, "sh", "-c", "echo other; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Kill()
	if _, err := p.Line(t.Context(), "ready: "); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("error %v", err)
	}
}
