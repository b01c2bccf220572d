package main

import (
	"net/http"

	"github.com/tmaxmax/go-sse"
)

// The library comes back by itself. By default it waits 50 to 150 % of `retry`. A jitter of -1 means none, but only the
// default client may have it: the library replaces it in any other by the jitter of the default client.
func readWithTmaxmax(url string, transport http.RoundTripper) error {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	sse.DefaultClient.HTTPClient = &http.Client{Transport: transport}
	sse.DefaultClient.Backoff.Jitter = -1
	connection := sse.DefaultClient.NewConnection(request)
	connection.SubscribeToAll(func(event sse.Event) {
		report(event.Type, event.Data, event.LastEventID)
	})
	return connection.Connect()
}
