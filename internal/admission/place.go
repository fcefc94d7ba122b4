package admission

// Place is where a token may stand.
type Place string

// The places. Where several of them hold a token, the first of this list counts: what
// was said about this join goes before what was said once for the connection. The user is
// a token only where there is no other: else it is a name.
const (
	InParams Place = "params" // token among the parameters of joinRoom
	InHeader Place = "header" // Authorization: Bearer
	InQuery  Place = "query"  // token in the query of an address, which proxies log
	InUser   Place = "user"   // the user of joinRoom, whole; the name is then the token's
)

// Places returns all of them.
func Places() []Place { return []Place{InParams, InHeader, InQuery, InUser} }

// Ask is what somebody wants, and the tokens that came with it. It is a value.
type Ask struct {
	// Room and User are the names as the client gave them. Without a user the
	// suggestion is taken, if the token allows it, else the name that the token has.
	Room, User string
	// Suggested is a name for those who gave none; empty where there is no such thing.
	Suggested string
	// Params is the token among the parameters of the request.
	Params Token
	// Carried are those of the connection.
	Carried Carried
}

// token returns the token that counts, and the user that is asked for: none when the
// token stands in its place.
func (a *Ask) token(allowed map[Place]bool) (token Token, user string) {
	for _, place := range Places() {
		if !allowed[place] {
			continue
		}
		token, user = a.Params, a.User
		switch place {
		case InUser:
			token, user = NewToken(a.User), ""
		case InHeader:
			token = a.Carried.header
		case InQuery:
			token = a.Carried.query
		case InParams:
		}
		if !token.missing() {
			return token, user
		}
	}
	return Token{}, a.User
}
