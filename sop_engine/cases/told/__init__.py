"""What a case is told and by whom: acts of people, messages of machines and other cases, who may, what is refused."""
