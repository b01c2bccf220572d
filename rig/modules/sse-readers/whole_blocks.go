package main

import (
	"bytes"
	"io"
	"net/http"
)

// wholeBlocksTransport hands on the bytes of an answer up to its last blank line, and drops what a cut leaves.
type wholeBlocksTransport struct{ http.RoundTripper }

func (transport wholeBlocksTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := transport.RoundTripper.RoundTrip(request)
	if err == nil {
		response.Body = &wholeBlocks{ReadCloser: response.Body}
	}
	return response, err
}

type wholeBlocks struct {
	io.ReadCloser
	pending []byte
	// How many of the pending bytes are whole blocks.
	whole int
}

func (blocks *wholeBlocks) Read(target []byte) (int, error) {
	chunk := make([]byte, 4096)
	for blocks.whole == 0 {
		count, err := blocks.ReadCloser.Read(chunk)
		blocks.pending = append(blocks.pending, chunk[:count]...)
		if end := bytes.LastIndex(blocks.pending, []byte("\n\n")); end >= 0 {
			blocks.whole = end + 2
		} else if err != nil {
			return 0, err
		}
	}
	count := copy(target, blocks.pending[:blocks.whole])
	blocks.pending = blocks.pending[count:]
	blocks.whole -= count
	return count, nil
}
