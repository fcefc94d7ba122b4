package auth

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// check refuses claims that are out of bounds or lack what every token needs. It
// does not look at the time, nor at who issued them.
func (c *Claims) check() error {
	for _, err := range []error{
		textWithin("jti", c.ID, maxTokenID),
		textWithin("iss", c.Issuer, maxText),
		textsWithin("aud", c.Audience, maxEntries, maxText),
		textWithin("sub", c.Subject, maxName),
		textWithin("name", c.Name, maxName),
		inside("atrium", c.Access.check()),
	} {
		if err != nil {
			return err
		}
	}
	switch {
	case c.Subject == "" && c.Name == "":
		return &claimError{"sub", "is missing, and so is name"}
	case c.Expires.IsZero():
		return &claimError{"exp", "is missing"}
	case c.Issued.IsZero():
		return &claimError{"iat", "is missing"}
	}
	return nil
}

func (a *Access) check() error {
	for _, err := range []error{
		textWithin("room", a.Room, maxName),
		countWithin("rooms", len(a.Rooms), maxEntries),
		countWithin("users", len(a.Users), maxEntries),
		textWithin("role", a.Role, maxWord),
		textsWithin("grants", a.Grants, maxWords, maxWord),
		textsWithin("sources", a.Sources, maxEntries, maxWord),
		inside("limits", a.Limits.check()),
		a.checkMetadata(),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func (l Limits) check() error {
	if err := numberWithin("subscriptions", int64(l.Subscriptions), maxSubscriptions); err != nil {
		return err
	}
	return numberWithin("bitrate", l.Bitrate, maxBitrate)
}

// checkMetadata also brings the metadata into compact form.
func (a *Access) checkMetadata() error {
	if len(a.Metadata) == 0 {
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, a.Metadata); err != nil || checkObject(a.Metadata) != nil {
		return &claimError{"metadata", errNotJSON.Error()}
	}
	if compact.Len() > maxMetadata {
		return &claimError{"metadata", fmt.Sprintf("is longer than %d octets", maxMetadata)}
	}
	a.Metadata = compact.Bytes()
	return nil
}

func textWithin(claim, text string, most int) error {
	if len(text) > most {
		return &claimError{claim, fmt.Sprintf("is longer than %d octets", most)}
	}
	return nil
}

func textsWithin(claim string, texts []string, most, octets int) error {
	if err := countWithin(claim, len(texts), most); err != nil {
		return err
	}
	for _, text := range texts {
		if err := textWithin(claim, text, octets); err != nil {
			return err
		}
	}
	return nil
}

func countWithin(claim string, n, most int) error {
	if n > most {
		return &claimError{claim, fmt.Sprintf("has more than %d entries", most)}
	}
	return nil
}

func numberWithin(claim string, n, most int64) error {
	if n < 0 || n > most {
		return &claimError{claim, fmt.Sprintf("is outside 0 to %d", most)}
	}
	return nil
}

// inside puts the name of the object that holds a claim before its own.
func inside(object string, err error) error {
	if err == nil {
		return nil
	}
	return memberError(object, err)
}
