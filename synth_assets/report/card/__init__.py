"""The corpus card: what a release holds and where it comes from, as one page for people.

`card.html` lies beside a release's manifest, which does not list it: checks are run and money is
spent after a release was made, and a release may be withdrawn, so the page is written anew
whenever the release is looked at again, and the release's digest is of the data alone. The same
release, ledger and check results give the same bytes.
"""
