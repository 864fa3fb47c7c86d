"""From raw tables to what trains and what is judged, as Ibis expressions that every engine runs.

records -> cleaning -> splits -> features make one table, `prepared`, which is computed once; fitting learns from its
training rows what encoding applies, and row_function is the same for one record at the endpoint.
"""
