"""The use case digit_clusters: which images of handwritten_digits are alike?"""
