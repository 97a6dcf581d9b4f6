"""Makes hotkeys with Bittensor's own wallet, in the folder that the first argument names, and prints their addresses."""
import json
import sys

from bittensor_wallet import Wallet

folder, *names = sys.argv[1:]
made = {}
for name in names:
    wallet = Wallet(name="miners", hotkey=name, path=folder)
    wallet.create_new_hotkey(use_password=False, overwrite=True, suppress=True)
    made[name] = wallet.hotkey.ss58_address
print(json.dumps(made))
