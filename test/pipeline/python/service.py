import os
import signal
import sys

from flask import Flask

from orders import total

app = Flask(__name__)


@app.get("/health/live")
@app.get("/health/ready")
def health():
    return {"status": "ok"}


@app.get("/")
def index():
    return {"release": os.environ["RELEASE"], "environment": os.environ["ENVIRONMENT"], "total": total([(2, 3), (1, 4)])}


# Process 1 ignores a signal that it does not handle.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
