# Plays the SSM agent where nobody sees in from outside: in a machine of the local cloud with a kernel of its own. Over a serial
# port it is told what to run, `ID UNTIL TIMEOUT-MS ARGV` a line, and says what came of it, `ID EXIT-CODE STDOUT STDERR`, with `-`
# for the exit code of what ran out of time. ARGV is base64 of JSON; the streams are base64. UNTIL is in seconds since the epoch.
import base64
import glob
import json
import os
import subprocess
import sys
import threading
import time

LONGEST = 2_000_000


def port(name):
    for file in glob.glob("/sys/class/virtio-ports/*/name"):
        with open(file) as known:
            if known.read().strip() == name:
                return "/dev/" + os.path.basename(os.path.dirname(file))
    sys.exit("there is no port " + name)


def encoded(stream):
    return base64.b64encode((stream or b"")[:LONGEST]).decode()


def outcome(argv, seconds):
    began = time.monotonic()
    try:
        # What runs in a unit ends with its time by itself.
        ran = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds + 5)
    except subprocess.TimeoutExpired as late:
        return "-", late.stdout, late.stderr
    except OSError as error:
        return "127", b"", str(error).encode()
    if ran.returncode != 0 and time.monotonic() - began >= seconds:
        return "-", ran.stdout, ran.stderr
    # As a shell tells of a signal.
    return str(ran.returncode if ran.returncode >= 0 else 128 - ran.returncode), ran.stdout, ran.stderr


def answer(line, say):
    ident, until, timeout, argv = line.decode().split(" ")
    if time.time() > int(until):
        return
    code, stdout, stderr = outcome(json.loads(base64.b64decode(argv)), int(timeout) / 1000)
    say(f"{ident} {code} {encoded(stdout)} {encoded(stderr)}\n".encode())


def main():
    device = os.open(port(sys.argv[1]), os.O_RDWR)
    turn = threading.Lock()

    def say(words):
        with turn:
            while words:
                words = words[os.write(device, words) :]

    heard = b""
    while True:
        chunk = os.read(device, 65536)
        if not chunk:
            # Nobody has the other end.
            time.sleep(0.5)
        *lines, heard = (heard + chunk).split(b"\n")
        for line in lines:
            threading.Thread(target=answer, args=(line, say), daemon=True).start()


main()
