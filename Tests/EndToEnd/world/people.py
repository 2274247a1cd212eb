"""People who answer: watches contacts' mailboxes and answers a mail as a person's mail program would."""

import threading
import time
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

from .provider import Provider


def answer_to(mail: EmailMessage, me: str, text: str) -> EmailMessage:
    """A reply with the thread's headers and the original quoted below, written above it."""
    reply = EmailMessage()
    reply["From"] = me
    reply["To"] = str(mail["Reply-To"] or mail["From"])
    subject = str(mail["Subject"] or "")
    reply["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    reply["Date"] = formatdate(localtime=True)
    reply["Message-ID"] = make_msgid(domain=me.split("@")[1])
    reply["In-Reply-To"] = str(mail["Message-ID"])
    reply["References"] = " ".join(filter(None, [str(mail["References"] or ""), str(mail["Message-ID"])]))
    body = mail.get_body(("plain",))
    quoted = "".join(f"> {line}\n" for line in (body.get_content() if body else "").splitlines())
    reply.set_content(f"{text}\n\n{me.split('@')[0].capitalize()}\n\nOn {mail['Date']}, {mail['From']} wrote:\n{quoted}")
    return reply


class People(threading.Thread):
    """Answers the nth mail each of these contacts gets: {address: (n, text)}."""

    def __init__(self, provider: Provider, answers: dict[str, tuple[int, str]], thinking: float = 0.5):
        super().__init__(name="people", daemon=True)
        self.provider, self.answers, self.thinking = provider, answers, thinking
        self.answered: dict[str, EmailMessage] = {}
        self.troubles: list[str] = []
        self._stop_asked = threading.Event()

    def run(self) -> None:
        while not self._stop_asked.is_set():
            for address, (number, text) in self.answers.items():
                if address in self.answered or len(self.provider.files(address)) < number:
                    continue
                time.sleep(self.thinking)
                mail = self.provider.inbox(address)[number - 1]
                reply = answer_to(mail, address, text)
                self.answered[address] = reply
                try:
                    self.provider.send(reply, address, [parseaddr(str(reply["To"]))[1]])
                except Exception as trouble:  # a person whose mail fails must show up in the result, not end the others
                    self.troubles.append(f"{address} could not answer: {trouble}")
            self._stop_asked.wait(0.1)

    def stop(self) -> None:
        self._stop_asked.set()
        self.join()
