package world

import "strings"

// restingSections works around Pion (v4.2.20): each offer that has a section
// inactive stops the receiver of that section. The first time another receiver
// takes its place; the second time that one is stopped before it ever began, and
// the section cannot be used again. So a section that was inactive in the offer
// before is shown to Pion as one on which the server only receives, which comes to
// the same for a client that sends nothing there.
type restingSections struct{ before map[string]bool }

func (r *restingSections) show(offer string) string {
	now := make(map[string]bool)
	sections := strings.SplitAfter(offer, "\r\nm=")
	for i := 1; i < len(sections); i++ {
		s := sections[i]
		_, rest, _ := strings.Cut(s, "a=mid:")
		mid, _, _ := strings.Cut(rest, "\r\n")
		if !strings.Contains(s, "\r\na=inactive\r\n") {
			continue
		}
		now[mid] = true
		if r.before[mid] {
			sections[i] = strings.Replace(s, "\r\na=inactive\r\n", "\r\na=recvonly\r\n", 1)
		}
	}
	r.before = now
	return strings.Join(sections, "")
}
