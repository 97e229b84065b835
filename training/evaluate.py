def cross_validated(quotes):
    return {}
