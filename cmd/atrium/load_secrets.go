package main

import (
	"regexp"
	"strings"
)

// masked stands where a secret was.
const masked = "***"

// maskedCommand is a command line as a report may show it: without the token and
// without what URLs say besides the place.
func maskedCommand(args []string) string {
	shown := make([]string, len(args))
	for i, arg := range args {
		switch {
		case i > 0 && args[i-1] == "--token":
			shown[i] = masked
		case strings.HasPrefix(arg, "--token="):
			shown[i] = "--token=" + masked
		default:
			shown[i] = maskedURL(arg)
		}
	}
	return strings.Join(shown, " ")
}

// maskedURL takes user, password, query and fragment out of an address, which
// may stand behind a flag (--url=...). It works on the text: templates such as
// {room} stay readable, and what is no URL stays as it is.
func maskedURL(text string) string {
	before, rest, found := strings.Cut(text, "://")
	if !found {
		return text
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, path := rest[:end], rest[end:]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = masked + host[at:]
	}
	if at := strings.IndexAny(path, "?#"); at >= 0 {
		path = path[:at+1] + masked
	}
	return before + "://" + host + path
}

// maskedText masks the URLs in a sentence, such as an error's.
func maskedText(text string) string {
	return regexp.MustCompile(`[a-zA-Z]+://[^\s"']+`).ReplaceAllStringFunc(text, maskedURL)
}
