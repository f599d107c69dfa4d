"""Defects with known answers: does the suite find each one, and does it say why?"""
