"""The use case handwritten_digits: which digit is on an image of 8 by 8 pixels?"""
