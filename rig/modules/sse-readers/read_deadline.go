package main

import (
	"context"
	"net"
	"net/http"
	"time"
)

// newReadDeadlineTransport takes a connection from which no byte comes for the time of silence for a dead one.
func newReadDeadlineTransport(silence time.Duration) *http.Transport {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			connection, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return readDeadline{connection, silence}, nil
		},
	}
}

type readDeadline struct {
	net.Conn
	silence time.Duration
}

func (connection readDeadline) Read(target []byte) (int, error) {
	if err := connection.SetReadDeadline(time.Now().Add(connection.silence)); err != nil {
		return 0, err
	}
	return connection.Conn.Read(target)
}
