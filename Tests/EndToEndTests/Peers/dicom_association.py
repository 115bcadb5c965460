"""Associations of pynetdicom, without its race: its thread for requests from the peer may take the first response of an
operation before the caller waits for it (pynetdicom issue 875), so that a match seems to be missing."""
import warnings

from pynetdicom import AE

# Some of what is sent is wrong on purpose.
warnings.simplefilter("ignore")
TIMEOUT_S = 60


def associate(port, calling, called, classes, **more):
    """An association, established or not. The peer's requests are not served over it."""
    entity = AE(calling)
    for kind in classes:
        entity.add_requested_context(kind)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = TIMEOUT_S
    association = entity.associate("127.0.0.1", port, ae_title=called, **more)
    take = association.dimse.get_msg
    # Only the thread for requests looks without waiting.
    association.dimse.get_msg = lambda block=False: take(block=True) if block else (None, None)
    return association


def established(association):
    if not association.is_established:
        raise SystemExit("no association")
    return association
