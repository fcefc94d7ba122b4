package result

// Verdict is whether a Run meets one requirement.
type Verdict struct {
	Requirement string  `json:"requirement"`
	Met         bool    `json:"met"`
	Value       float64 `json:"value"`
	Text        string  `json:"text"` // the value with its unit
}
