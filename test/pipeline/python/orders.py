def total(lines):
    """The sum of an order's lines, each a quantity and a price."""
    return sum(quantity * price for quantity, price in lines)
