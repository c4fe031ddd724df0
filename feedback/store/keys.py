"""Whether this machine has the key that the database was sealed with: found out at the start, not at the first letter."""

from databases import Database

from feedback.settings import Settings
from feedback.store.vault import Vault, WrongKey, open_vault

_SEALED = (
    "SELECT coalesce(phone, name) FROM contacts ORDER BY case_id DESC LIMIT 1",
    "SELECT proposer FROM petitions ORDER BY id DESC LIMIT 1",
)


async def fitting_vault(database: Database, settings: Settings) -> Vault:
    """The vault of this machine, which opens what is in the database. A key is made only where nothing is sealed yet.

    Raises WrongKey when something is sealed and the key is missing or another one."""
    samples = [sealed for query in _SEALED if (sealed := await database.fetch_val(query))]
    if samples and not settings.key and not (settings.var / "key").exists():
        raise WrongKey
    vault = open_vault(settings)
    for sealed in samples:
        vault.open(sealed)
    return vault
