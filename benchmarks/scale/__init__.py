"""One sum on threads, processes and a cluster: what a step costs, and what a killed worker does."""
