package api

// Kinds are the words for what a stream consists of.
func Kinds() []string { return []string{"audio", "video"} }

// MuteParticipantParams are the parameters of muteParticipant and askToUnmute.
type MuteParticipantParams struct {
	User, Stream String
	Audio, Video OptionalBool
}

// MuteAllParams are the parameters of muteAll.
type MuteAllParams struct{ Audio, Video OptionalBool }

// UnpublishParticipantParams are the parameters of unpublishParticipant.
type UnpublishParticipantParams struct{ User, Stream String }

// EvictParticipantParams are the parameters of evictParticipant. BanSeconds is 0 for
// one who may come back at once.
type EvictParticipantParams struct {
	User, Reason String
	BanSeconds   Count
}

// UserParams are the parameters of unbanParticipant and admitParticipant.
type UserParams struct{ User String }

// DenyParticipantParams are the parameters of denyParticipant.
type DenyParticipantParams struct{ User, Reason String }

// ChangeGrantsParams are the parameters of changeGrants: a role, or permissions by
// their words.
type ChangeGrantsParams struct {
	User        String
	Role        OptionalString
	Permissions Strings
}

// ChangeRoomParams are the parameters of changeRoom. What is absent keeps its value.
type ChangeRoomParams struct {
	Locked, Lobby                OptionalBool
	MuteOnEntry                  Words
	ChatHistory, MaxParticipants OptionalCount
	Metadata                     Object
}

// CloseRoomParams are the parameters of closeRoom.
type CloseRoomParams struct{ Reason String }

func (p *MuteParticipantParams) fields() []field {
	return []field{
		{"user", false, &p.User, "string"},
		{"stream", true, &p.Stream, "string"},
		{"audio", true, &p.Audio, "boolean"},
		{"video", true, &p.Video, "boolean"},
	}
}

func (p *MuteAllParams) fields() []field {
	return []field{
		{"audio", true, &p.Audio, "boolean"},
		{"video", true, &p.Video, "boolean"},
	}
}

func (p *UnpublishParticipantParams) fields() []field {
	return []field{
		{"user", false, &p.User, "string"},
		{"stream", true, &p.Stream, "string"},
	}
}

func (p *EvictParticipantParams) fields() []field {
	return []field{
		{"user", false, &p.User, "string"},
		{"reason", true, &p.Reason, "string"},
		{"banSeconds", true, &p.BanSeconds, "integer"},
	}
}

func (p *UserParams) fields() []field { return []field{{"user", false, &p.User, "string"}} }

func (p *DenyParticipantParams) fields() []field {
	return []field{
		{"user", false, &p.User, "string"},
		{"reason", true, &p.Reason, "string"},
	}
}

func (p *ChangeGrantsParams) fields() []field {
	return []field{
		{"user", false, &p.User, "string"},
		{"role", true, &p.Role, "string"},
		{"permissions", true, &p.Permissions, "list of words"},
	}
}

func (p *ChangeRoomParams) fields() []field {
	return []field{
		{"locked", true, &p.Locked, "boolean"},
		{"lobby", true, &p.Lobby, "boolean"},
		{"muteOnEntry", true, &p.MuteOnEntry, p.MuteOnEntry.want()},
		{"chatHistory", true, &p.ChatHistory, "integer"},
		{"maxParticipants", true, &p.MaxParticipants, "integer"},
		{"metadata", true, &p.Metadata, "object"},
	}
}

func (p *CloseRoomParams) fields() []field { return []field{{"reason", true, &p.Reason, "string"}} }

// Users is the result of muteAll.
type Users struct {
	Users []string `json:"users"`
}
