"""Reads an event stream with a library in wide use, and prints each event as a line of JSON.

Usage: python-sse-readers LIBRARY URL

Each reader is written as its users write it, with what it needs to come back after each end of a connection. It
imports its library itself, since each takes a while.
"""

import asyncio
import json
import sys
import time
from datetime import timedelta

# Seconds. Heartbeats come every 15 s, so a connection that is silent for longer is dead.
CONNECT, SILENCE = 5, 45


def report(name, data, last_id):
    print(json.dumps({"event": name or "message", "data": data, "id": last_id or ""}), flush=True)


def read_with_sseclient(url):
    """An event without an id of its own has none here, so the loop keeps the last one."""
    import requests
    import sseclient

    last_id, retry = None, 3
    while True:
        headers = {"Last-Event-ID": last_id} if last_id else {}
        try:
            response = requests.get(url, stream=True, headers=headers, timeout=(CONNECT, SILENCE))
            for event in sseclient.SSEClient(response).events():
                last_id = event.id or last_id
                retry = int(event.retry) / 1000 if event.retry else retry
                report(event.event, event.data, last_id)
        except requests.RequestException:
            pass
        time.sleep(retry)


def read_with_httpx_sse(url):
    import httpx
    import httpx_sse

    last_id, retry = None, 3
    timeout = httpx.Timeout(CONNECT, read=SILENCE)
    with httpx.Client(timeout=timeout) as client:
        while True:
            headers = {"Last-Event-ID": last_id} if last_id else {}
            try:
                with httpx_sse.connect_sse(client, "GET", url, headers=headers) as source:
                    for event in source.iter_sse():
                        last_id = event.id or last_id
                        retry = event.retry / 1000 if event.retry is not None else retry
                        report(event.event, event.data, last_id)
            except httpx.TransportError:
                pass
            time.sleep(retry)


async def read_with_aiohttp(url):
    """The library comes back after an orderly end, but raises after a cut, and begins anew without an id."""
    import aiohttp
    from aiohttp_sse_client2.client import EventSource

    last_id, retry = None, timedelta(seconds=3)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=SILENCE)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        while True:
            headers = {"Last-Event-ID": last_id} if last_id else {}
            source = EventSource(url, session=session, headers=headers, reconnection_time=retry)
            try:
                async with source:
                    async for event in source:
                        last_id = event.last_event_id or last_id
                        # No public name of the library has the `retry` of the stream.
                        retry = source._reconnection_time
                        report(event.type, event.data, last_id)
            except (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError):
                pass
            await asyncio.sleep(retry.total_seconds())


READERS = {
    "sseclient-py": read_with_sseclient,
    "httpx-sse": read_with_httpx_sse,
    "aiohttp-sse-client2": lambda url: asyncio.run(read_with_aiohttp(url)),
}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in READERS:
        sys.exit(f"expected a library and a URL: {', '.join(READERS)}")
    READERS[sys.argv[1]](sys.argv[2])


main()
