// instrumentations: ['pg', 'nothing']
exports.handler = async () => 'ok';
// The bundle of a program: jaeger-idl/thrift/jaeger.thrift
