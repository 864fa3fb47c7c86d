"""What ministack does unlike AWS and this project needs as on AWS: one file per difference, each with `close()`.

A file replaces or wraps one private function of ministack, whose version is pinned exactly.
"""
