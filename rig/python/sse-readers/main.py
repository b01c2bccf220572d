"""Reads an event stream with a library in wide use, and prints each event as a line of JSON.

Usage: python-sse-readers LIBRARY URL SILENCE

SILENCE is in seconds. Heartbeats come every 15 s, so that a connection which is silent for 45 s is dead.

Each reader is written as its users write it, with what it needs to come back after each end of a connection. It
imports its library itself, since each takes a while.
"""

import asyncio
import json
import sys
import time
from datetime import timedelta

# Seconds.
CONNECT = 5


def report(name, data, last_id):
    print(json.dumps({"event": name or "message", "data": data, "id": last_id or ""}), flush=True)


def read_with_sseclient(url, silence):
    """An event without an id of its own has none here, so the loop keeps the last one."""
    import requests
    import sseclient

    last_id, retry = None, 3
    while True:
        headers = {"Last-Event-ID": last_id} if last_id else {}
        try:
            response = requests.get(url, stream=True, headers=headers, timeout=(CONNECT, silence))
            for event in sseclient.SSEClient(response).events():
                last_id = event.id or last_id
                retry = int(event.retry) / 1000 if event.retry else retry
                report(event.event, event.data, last_id)
        except requests.RequestException:
            pass
        time.sleep(retry)


def read_with_httpx_sse(url, silence):
    import httpx
    import httpx_sse

    last_id, retry = None, 3
    timeout = httpx.Timeout(CONNECT, read=silence)
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


async def read_with_aiohttp(url, silence):
    """The library comes back after an orderly end, but raises after a cut, and begins anew without an id."""
    import aiohttp
    from aiohttp_sse_client2.client import EventSource

    last_id, retry = None, timedelta(seconds=3)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=silence)
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
    "aiohttp-sse-client2": lambda url, silence: asyncio.run(read_with_aiohttp(url, silence)),
}


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in READERS:
        sys.exit(f"expected a library, a URL and seconds; the libraries are {', '.join(READERS)}")
    READERS[sys.argv[1]](sys.argv[2], float(sys.argv[3]))


main()
