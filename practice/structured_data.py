from markupsafe import Markup


def graph(site, address, view, document):
    return {}


def script(graph):
    return Markup("{}")
