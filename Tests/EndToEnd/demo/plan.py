"""Who takes part in the demo, what they do, and what must have become of each when it is over."""

from dataclasses import dataclass

SEQUENCE = "hello"
FIRST_SUBJECT = "Your opening for a mail engineer"
# Step 1 waits a little too, so that all three steps are queued before anybody can answer or bounce.
DELAYS = {1: "5s", 2: "8s", 3: "8s"}
TEXTS = {
    1: "Hello {name},\n\nI read about your opening and know two people who would fit. Shall I introduce them?\n",
    2: "Hello {name},\n\ndid my note reach you? Both are free from next month.\n",
    3: "Hello {name},\n\nthis is my last mail about it; a short yes or no is all I need.\n",
}


@dataclass(frozen=True)
class Contact:
    """A person of the demo: what they do, and what must be at the end."""

    name: str
    does: str
    steps: tuple[int, ...]
    came_back: tuple[str, ...]
    state: str
    reason: str
    exists: bool = True
    vacation: bool = False
    answers: tuple[int, str] | None = None

    @property
    def address(self) -> str:
        return f"{self.name.lower()}@world.test"


def _silent(name: str) -> Contact:
    return Contact(name, "stays silent", (1, 2, 3), (), "completed", "completed")


def _missing(name: str) -> Contact:
    return Contact(name, "does not exist", (1,), ("bounce",), "stopped", "bounced", exists=False)


CONTACTS = [
    Contact("Rosa", "answers the first mail", (1,), ("reply",), "stopped", "replied", answers=(1, "Yes, please do!")),
    Contact("Tom", "answers the first mail", (1,), ("reply",), "stopped", "replied", answers=(1, "Thanks, but we are full.")),
    Contact("Uma", "answers the second", (1, 2), ("reply",), "stopped", "replied", answers=(2, "It did. Call me tomorrow.")),
    Contact("Vera", "is on vacation (Sieve)", (1, 2, 3), ("auto_reply",), "completed", "completed", vacation=True),
    _missing("Xaver"), _missing("Yara"),
    _silent("Karl"), _silent("Lena"), _silent("Mia"), _silent("Nils"), _silent("Paul"), _silent("Quinn"),
]

# The sequence of conf/demo.toml whose steps are its own, and the people that `postern enroll` puts into it.
OWN_SEQUENCE = "welcome"
OWN_STEPS = ("intro", "remind", "last")


@dataclass(frozen=True)
class OwnContact:
    """A person of the sequence with its own steps: a row of the file that is enrolled, and what must be at the end."""

    name: str
    does: str
    company: str
    tags: str
    steps: tuple[str, ...]
    came_back: tuple[str, ...]
    states: tuple[str, ...]
    state: str
    reason: str
    answers: tuple[int, str] | None = None

    @property
    def address(self) -> str:
        return f"{self.name.lower()}@world.test"

    @property
    def subject(self) -> str:
        return f"{self.company or 'Your team'} and a mail engineer"

    def texts(self, step: str, sender: str) -> set[str]:
        """What the step may say to them: one text, or one of its variants."""
        end = f"\n\nBest, {sender}"
        return {text + end for text in {
            "intro": {f"Hello {self.name},\n\nI know two people who would fit {self.company or 'your team'}. "
                      "Shall I introduce them?"},
            "remind": {f"Hello {self.name}, did my note reach you?",
                       f"One more word, {self.name}: both are free from next month."},
            "last": {f"My last mail about it, {self.name}."},
        }[step]}


OWN_CONTACTS = [
    OwnContact("Ida", "answers the first mail", "Acme", "", ("intro",), ("reply",), ("sent", "cancelled", "cancelled"),
               "stopped", "replied", answers=(1, "Gladly.")),
    OwnContact("Otto", "stays silent", "", "", OWN_STEPS, (), ("sent",) * 3, "completed", "completed"),
    OwnContact("Vito", "is a VIP: a branch", "Gold", "vip", ("intro", "last"), (), ("sent", "skipped", "sent"),
               "completed", "completed"),
]

EVERYBODY = [*CONTACTS, *OWN_CONTACTS]
SENDS = sum(len(contact.steps) for contact in EVERYBODY)
REPLIES = sum(contact.came_back.count("reply") for contact in EVERYBODY)
CAME_BACK = sum(len(contact.came_back) for contact in EVERYBODY)
# The mailbox whose thread is shown: three mails, one of them answered by a machine.
SHOWN = next(contact for contact in CONTACTS if contact.vacation)
