package auth

import "net/netip"

// Quota counts what clients hold, in all and by network (see Network), and bounds
// both. Its owner's lock guards it. The zero value is ready, and has no bounds.
type Quota struct {
	most, mostPerNetwork int // 0: no limit

	taken     int
	byNetwork map[netip.Prefix]int
}

// Limit changes how many may be held, 0 being no limit. What is held stays.
func (q *Quota) Limit(most, perNetwork int) { q.most, q.mostPerNetwork = most, perNetwork }

// Take counts one more for the network. When there is no room it counts nothing and
// returns one of the caller's errors: full, or networkFull when only this network has
// too many.
func (q *Quota) Take(from netip.Prefix, full, networkFull error) error {
	switch {
	case q.most > 0 && q.taken >= q.most:
		return full
	case q.mostPerNetwork > 0 && q.byNetwork[from] >= q.mostPerNetwork:
		return networkFull
	}
	if q.byNetwork == nil {
		q.byNetwork = make(map[netip.Prefix]int)
	}
	q.taken++
	q.byNetwork[from]++
	return nil
}

// Give takes back what Take counted.
func (q *Quota) Give(from netip.Prefix) {
	q.taken--
	if q.byNetwork[from]--; q.byNetwork[from] == 0 {
		delete(q.byNetwork, from)
	}
}

// Taken returns how many are held.
func (q *Quota) Taken() int { return q.taken }
