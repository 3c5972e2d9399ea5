"""Made-up publishers of a made-up borough, on loopback: for the demo, the tests and the README's picture."""
