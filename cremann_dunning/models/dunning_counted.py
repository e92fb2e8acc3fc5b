"""Numbers with their noun, as the reader writes them: one day, two days."""


def days(env, number):
    """So many days, in the language of ``env``."""
    return env._("1 day") if number == 1 else env._("%s days", number)


def letters(env, number):
    """So many letters, in the language of ``env``."""
    return env._("1 letter") if number == 1 else env._("%s letters", number)


def minutes(env, number):
    """So many minutes, in the language of ``env``."""
    return env._("1 minute") if number == 1 else env._("%s minutes", number)
