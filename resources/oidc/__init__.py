"""Login by an OpenID provider: its settings, what a begun login is bound to, and the talk with the provider.

Who the provider says somebody is decides nothing about what that person may do: that stands in the ledger.
"""
