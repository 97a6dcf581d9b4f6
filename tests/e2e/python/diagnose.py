"""Whether a validator answers: connects, sends one heartbeat that nobody signed, and shows what comes back."""

import asyncio
import json
import sys
import time

import websockets


async def diagnose(url, hotkey):
    print(f"Connecting to {url}...")
    try:
        async with websockets.connect(url) as websocket:
            print("Connected! Sending heartbeat...")
            heartbeat = {"type": "heartbeat", "sender": hotkey, "data": {"timestamp": time.time()}}
            await websocket.send(json.dumps(heartbeat))
            print("Waiting for response...")
            print(f"Received: {await asyncio.wait_for(websocket.recv(), timeout=5)}")
    except Exception as error:
        print(f"Connection failed: {error}")
        return False
    print("Connection test successful!")
    return True


if __name__ == "__main__":
    address, miner = sys.argv[1:3]
    has_scheme = address.startswith(("ws://", "wss://"))
    asyncio.run(diagnose(address if has_scheme else f"ws://{address}", miner))
