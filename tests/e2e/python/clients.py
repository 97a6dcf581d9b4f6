"""Runs one of Python's client libraries against a gateway and prints what came: clients.py CLIENT URL [KEY TRANSPORT]."""

import asyncio
import json
import sys

SUBSCRIPTION = json.dumps({"type": "subscribe", "stream": "network_metrics"})


def listen_with(send, receive):
    send(SUBSCRIPTION)
    types = []
    while "network_metrics" not in types:
        types.append(json.loads(receive())["type"])
    return {"types": types}


def with_websockets(url):
    from websockets.sync.client import connect

    with connect(url) as socket:
        return listen_with(socket.send, socket.recv)


def with_websocket_client(url):
    import websocket

    socket = websocket.create_connection(url, timeout=20)
    try:
        return listen_with(socket.send, socket.recv)
    finally:
        socket.close()


async def with_aiohttp(url):
    import aiohttp

    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.send_str(SUBSCRIPTION)
        types = []
        while "network_metrics" not in types:
            types.append(json.loads(await socket.receive_str())["type"])
        return {"types": types}


def with_socketio(url, key, transport):
    import socketio

    client = socketio.Client(reconnection=False)
    refusals = []
    for event in ("connect_error", "error"):
        client.on(event, refusals.append)
    # Those before version 5 have no `auth`.
    auth = {"auth": {"apiKey": key}} if hasattr(socketio, "SimpleClient") else {}
    try:
        client.connect(url, transports=[transport], **auth)
        return {"answer": client.call("follow-inscription", "nothing", timeout=3)}
    except Exception as error:
        return {"error": refusals[0] if refusals else str(error)}
    finally:
        client.disconnect()


def main(client, url, *rest):
    if client == "aiohttp":
        return asyncio.run(with_aiohttp(url))
    if client == "python-socketio":
        return with_socketio(url, *rest)
    return {"websockets": with_websockets, "websocket-client": with_websocket_client}[client](url)


print("=> " + json.dumps(main(*sys.argv[1:])), flush=True)
