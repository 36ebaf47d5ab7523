from blinker import NamedSignal

initialized: NamedSignal
finalized: NamedSignal
generator_init: NamedSignal
get_generators: NamedSignal
get_writer: NamedSignal
readers_init: NamedSignal
