"""The verbs of `lab.market`, a family a file; `api.Market` is all of them."""
