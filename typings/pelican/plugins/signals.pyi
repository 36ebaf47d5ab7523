from blinker import NamedSignal

initialized: NamedSignal
finalized: NamedSignal
generator_init: NamedSignal
get_generators: NamedSignal
get_writer: NamedSignal
readers_init: NamedSignal
all_generators_finalized: NamedSignal
content_written: NamedSignal
feed_generated: NamedSignal
feed_written: NamedSignal
content_object_init: NamedSignal
page_writer_finalized: NamedSignal
static_generator_finalized: NamedSignal
