"""How a test says what it saw: each check is a line; a test that had a failed one exits 1."""

import signal
import smtplib
import sys
import traceback


def shown(value) -> str:
    """A value in a line that can still be read."""
    text = repr(value)
    return text if len(text) <= 1000 else f"{text[:1000]}… ({len(text)} characters)"


class Checks:
    """Collects what was compared; use as `with Checks() as check:` around a whole test."""

    def __init__(self):
        self.failed = 0

    def __call__(self, what: str, seen, wanted=True) -> bool:
        """Compares what was seen with what must be."""
        good = seen == wanted
        if good:
            print(f"ok    {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAIL  {what}\n      seen   {shown(seen)}\n      wanted {shown(wanted)}", flush=True)
        return good

    def contains(self, what: str, text: str, *parts: str) -> bool:
        """All parts occur in the text."""
        missing = [part for part in parts if part not in text]
        return self(f"{what}" + (f" (in: {text.strip()[-800:]!r})" if missing else ""), missing, [])

    def refused(self, what: str, code: int, text: str, submit) -> None:
        """The submission is refused at its end of data with this code, and the reply says `text`."""
        try:
            said = submit()
        except smtplib.SMTPDataError as refusal:
            reply = f"{refusal.smtp_code} {refusal.smtp_error.decode(errors='replace')}"
            self(f"{what}: {reply}", (refusal.smtp_code, text.lower() in reply.lower()), (code, True))
        except smtplib.SMTPException as trouble:
            self(what, f"{type(trouble).__name__}: {trouble}", f"a refusal at end of data with {code}")
        else:
            self(what, f"accepted: {said}", f"{code} … {text}")

    def __enter__(self) -> "Checks":
        # A test that takes too long is ended with TERM; it must still stop its servers.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by TERM"))
        return self

    def __exit__(self, kind, trouble, trace) -> None:
        if kind is not None:
            traceback.print_exception(kind, trouble, trace, file=sys.stdout)
        sys.stdout.flush()
        if kind is not None or self.failed:
            print(f"{self.failed} checks failed" + (f"; ended by {kind.__name__}: {trouble}" if kind else ""), flush=True)
            sys.exit(1)
