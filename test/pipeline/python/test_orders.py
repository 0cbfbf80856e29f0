import unittest

from orders import total


class Total(unittest.TestCase):
    def test_sums_quantities_times_prices(self):
        self.assertEqual(total([(2, 3), (1, 4)]), 10)
