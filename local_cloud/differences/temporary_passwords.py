"""A person who is made without a password gets one that the pool's policy allows; ministack's has twelve characters.

Source: Cognito's API, AdminCreateUser, TemporaryPassword.
"""


def close() -> None:
    """Make them longer than any policy asks for, 99."""
    from ministack.services import cognito

    generate = cognito._generate_temp_password
    cognito._generate_temp_password = lambda: "".join(generate() for _ in range(9))
