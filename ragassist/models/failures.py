"""What a provider's error means to the reader, whichever library it comes from."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ragassist.errors import ModelMisconfigured, ModelUnavailable, PromptTooLong, RagassistError
from ragassist.models.choice import ModelChoice
from ragassist.text import one_line

_MOST_OF_A_MESSAGE = 200
# Keys as the providers make them, what follows the word, and any long run of letters and digits.
_SECRET = re.compile(
    r"\b(?:sk|gsk|xai|pplx|hf|r8|nvapi|lsv2)[-_][\w-]{8,}|\bAIza[\w-]{8,}"
    r"|(?<=\bBearer )[\w.~+/=-]{8,}|\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{28,}\b",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(
    r"context[ _-]?(?:length|window|size|limit)|n_ctx|prompt is too long|too many (?:input )?tokens"
    r"|maximum (?:input|prompt) length|input token count|max_new_tokens`? must be"
    r"|`inputs`? must have less",
    re.IGNORECASE,
)
_REQUEST_REFUSED = frozenset({400, 413, 422})
# A time-out of the server, a conflict, too many requests: what the openai client tries again too.
_WORTH_ANOTHER_TRY = frozenset({408, 409, 429})
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ERROR_STATUS = re.compile(r"[45]\d\d")
_NO_CREDIT = "insufficient_quota"
_TIMED_OUT = frozenset({"TimeoutException", "ModelTimeoutError", "TimeoutError"})
_UNREACHED = frozenset({"ConnectError", "ConnectionRefusedError"})
_NOT_SENT = _UNREACHED | {"ConnectTimeout", "gaierror"}
_BROKEN_OFF = frozenset(
    {"NetworkError", "ProtocolError", "ModelConnectionError", "ConnectionError"}
)

# What LangChain says of a reply that it cannot take apart is of no use to a reader.
_OF_NO_USE = re.compile(r"generation chunks|has no attribute|not subscriptable", re.IGNORECASE)


class EmptyReply(Exception):
    """The model answered nothing, and did not say why."""


def translate(error: Exception, choice: ModelChoice, window: int) -> RagassistError:
    """The error in our words: one line, without a key.

    Args:
        window: tokens that the model is taken to have.
    """
    status = status_of(error)
    said = _shorten(_reason_of(error), choice)
    names = _names(error)
    if _is_too_long(error, status, names, said):
        return PromptTooLong(
            f"{choice.name} cannot read that much at once ({said}): it was taken to have {window} "
            "tokens; set RAGASSIST_MODEL_WINDOW to what it has"
        )
    if status is not None:
        return _translate_status(status, said, error, choice)
    return _translate_silence(names, choice) or _translate_rest(error, names, said, choice)


def _translate_silence(names: set[str], choice: ModelChoice) -> RagassistError | None:
    """Where no reply came, or not all of it; None where that is not what happened."""
    where = choice.where
    if "WebPage" in names:
        return ModelMisconfigured(
            f"{where} shows a web page and is no chat model: is OPENAI_BASE_URL right? With most "
            "servers it ends in /v1"
        )
    if names & _TIMED_OUT:
        return ModelUnavailable(
            f"{where} said nothing for {choice.timeout_s:g} s: try again, or raise "
            "RAGASSIST_MODEL_TIMEOUT_S"
        )
    if "gaierror" in names:
        return ModelUnavailable(f"cannot reach {where}: no such host, or no network")
    if names & _UNREACHED:
        asked = "is there a network" if choice.base_url is None else "is the server running"
        return ModelUnavailable(f"cannot reach {where}: {asked}?")
    if names & _BROKEN_OFF:
        return ModelUnavailable(f"{where} broke off before its answer was complete: try again")
    return None


def _translate_rest(
    error: Exception, names: set[str], said: str, choice: ModelChoice
) -> RagassistError:
    if "ContentFilterFinishReasonError" in names:
        return ModelUnavailable(f"{choice.name} withheld its answer: content_filter")
    if "LengthFinishReasonError" in names:
        return ModelUnavailable(
            f"{choice.name} reached its limit of tokens: raise RAGASSIST_MAX_ANSWER_TOKENS"
        )
    if isinstance(error, ValueError | TypeError | AttributeError | LookupError):
        # A reply that LangChain or the provider's package stumbles over.
        behind = "" if _OF_NO_USE.search(said) else f" ({said})"
        return ModelUnavailable(
            f"{choice.where} does not answer as a chat model does: is the address right?{behind}"
        )
    return ModelUnavailable(f"{choice.name} failed: {said or type(error).__name__}")


def _translate_status(
    status: int, said: str, error: Exception, choice: ModelChoice
) -> RagassistError:
    where = choice.where
    behind = f": {said}" if said else ""
    if status in {401, 403}:
        return ModelMisconfigured(f"{where} refuses the key given for {choice.name}{behind}")
    if status == 404:
        return ModelMisconfigured(
            f"{where} has no model {choice.model!r}, or the address is wrong{behind}"
        )
    if status == 429 and _has_no_credit(error):
        return ModelMisconfigured(f"the account at {where} has no credit left{behind}")
    when = _when(retry_after_s(error))
    if status == 429:
        return ModelUnavailable(f"rate limit of {where} reached, try again {when}{behind}")
    if status >= 500:
        return ModelUnavailable(f"{where} failed (status {status}), try again {when}{behind}")
    return ModelUnavailable(f"{where} refused the request (status {status}){behind}")


def is_worth_another_try(error: BaseException, choice: ModelChoice) -> bool:
    """Whether the same request may well succeed in a moment."""
    status = status_of(error)
    names = _names(error)
    if _is_too_long(error, status, names, _reason_of(error)) or "WebPage" in names:
        return False
    if status is not None:
        return (status in _WORTH_ANOTHER_TRY or status >= 500) and not _has_no_credit(error)
    if "gaierror" in names or ("ConnectionRefusedError" in names and choice.on_this_machine):
        return False
    passing = _TIMED_OUT | _UNREACHED | _BROKEN_OFF | {EmptyReply.__name__}
    return bool(names & passing)


def may_be_billed(error: BaseException) -> bool:
    """Whether a try that failed so may have been read by the model before it failed."""
    names = _names(error)
    if status_of(error) is not None or "WebPage" in names or names & _NOT_SENT:
        return False
    return bool(names & (_TIMED_OUT | _BROKEN_OFF | {EmptyReply.__name__}))


def is_refusal_of_the_request(error: BaseException) -> bool:
    """Whether the server says that it does not take a request of this form."""
    return status_of(error) in _REQUEST_REFUSED


def trouble(error: BaseException, choice: ModelChoice) -> str:
    """What keeps the model from answering, in a few words."""
    status = status_of(error)
    if status == 429:
        return f"rate limit of {choice.where}"
    if status is not None:
        return f"{choice.where} failed (status {status})"
    names = _names(error)
    if EmptyReply.__name__ in names:
        return f"{choice.name} answered nothing"
    if names & _TIMED_OUT:
        return f"{choice.where} said nothing for {choice.timeout_s:g} s"
    if names & _UNREACHED:
        return f"no connection to {choice.where}"
    return f"{choice.where} broke off"


def status_of(error: BaseException) -> int | None:
    """The status of the HTTP response behind an error; None where there was none.

    Within a stream, which began with status 200, some servers name it as the error's code.
    """
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return status
    body = getattr(error, "body", None)
    code = str(body.get("code")) if isinstance(body, dict) else ""
    return int(code) if _ERROR_STATUS.fullmatch(code) else None


def retry_after_s(error: BaseException) -> float | None:
    """Seconds that the server asks to wait; None where it does not say, or not so as to be read."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    if _NUMBER.fullmatch(millis := headers.get("retry-after-ms", "").strip()):
        return float(millis) / 1000
    return _seconds(headers.get("retry-after", "").strip())


def _seconds(stated: str) -> float | None:
    """A number of seconds, or the date when they are over (RFC 9110, section 10.2.3)."""
    if _NUMBER.fullmatch(stated):
        return float(stated)
    try:
        until = parsedate_to_datetime(stated)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def in_words(seconds: float) -> str:
    """A time to wait: `3 s`, `5 min`, `2 h`."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    if seconds < 100 * 60:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h" if seconds < 100 * 3600 else "some days"


def _when(wait_s: float | None) -> str:
    return "later" if wait_s is None or wait_s < 1 else f"in {in_words(wait_s)}"


def _has_no_credit(error: BaseException) -> bool:
    body = getattr(error, "body", None)
    stated = body.get("error", body) if isinstance(body, dict) else None
    return isinstance(stated, dict) and _NO_CREDIT in {stated.get("code"), stated.get("type")}


def _is_too_long(error: BaseException, status: int | None, names: set[str], said: str) -> bool:
    if "ContextOverflowError" in names:
        return True
    # Within a stream an error has no status; elsewhere a message about something else may well
    # speak of a window.
    # llama.cpp says so with status 500.
    refusals = _REQUEST_REFUSED | {500}
    refused = hasattr(error, "body") if status is None else status in refusals
    return refused and bool(_TOO_LONG.search(said))


def _names(error: BaseException) -> set[str]:
    """The names of the classes of an error and of all that led to it."""
    return {kind.__name__ for cause in _causes(error) for kind in type(cause).__mro__}


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what led to it, outermost first."""
    causes: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in causes:
        causes.append(link)
        link = link.__cause__ or link.__context__
    return causes


def _reason_of(error: BaseException) -> str:
    """What the server said, or else the library; never an HTML page."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        # As text it shows what was put in, the key among it.
        return error.errors(include_input=False)[0]["msg"]
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        return str(body.get("message") or body.get("detail") or body.get("error") or body)
    text = str(body or error)
    return "" if text.lstrip().startswith("<") else text


def reason_of(error: Exception, choice: ModelChoice) -> str:
    """What an error says: one line of at most 200 characters, without the key."""
    return _shorten(_reason_of(error), choice)


def _shorten(text: str, choice: ModelChoice) -> str:
    line = one_line(text)
    if choice.api_key and (key := choice.api_key.strip()):
        line = line.replace(key, "***")
    line = _SECRET.sub("***", line)
    return line if len(line) <= _MOST_OF_A_MESSAGE else line[: _MOST_OF_A_MESSAGE - 1] + "…"


def is_clean(error: BaseException, choice: ModelChoice) -> bool:
    """Whether an error can be shown with all that led to it: none of it repeats a key."""
    key = (choice.api_key or "").strip()
    for cause in _causes(error):
        said = f"{cause}{cause!r}{getattr(cause, 'body', '')}"
        if (key and key in said) or _SECRET.search(said):
            return False
    return True
