package notify

// The channel without a push service: what would be sent stands in the log.

import (
	"context"
	"log/slog"
)

// Log is a channel that writes each message to the log and says it is sent.
type Log struct{ To *slog.Logger }

var _ Channel = Log{}

// Send logs what a device would show; the token stays out of it.
func (l Log) Send(ctx context.Context, batch []Delivery) []Result {
	for _, d := range batch {
		kind, _ := KindOf(d.Payload.Kind, d.Audience)
		l.To.InfoContext(ctx, "message", "kind", d.Payload.Kind, "number", d.Payload.Number, "audience", string(d.Audience),
			"id", d.Payload.ID, "device", d.Device.ID, "text", kind.Text(d.Device.Language, d.Payload.Number).Body)
	}
	return make([]Result, len(batch))
}
