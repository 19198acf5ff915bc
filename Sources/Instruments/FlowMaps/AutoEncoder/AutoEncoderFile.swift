import Analysis
import Datasets
import FlowMaps
import ModelFiles
import RBMCore
import Storage

extension AutoEncoder {
    /// The machine whose mean-field map this is: Bernoulli hidden units, and visible ones that are Gaussian
    /// with σ = 1 or Bernoulli.
    ///
    /// Its parameters are float32.
    var machine: RBM {
        let isLinear = output == .linear
        return RBM(
            visibleUnits: isLinear ? .gaussian : .bernoulli, hiddenUnits: .bernoulli,
            parameters: Parameters(
                weights: weights.elements.map { Float($0) },
                visibleBias: visibleBias.map { Float($0) },
                hiddenBias: hiddenBias.map { Float($0) },
                logVariances: isLinear ? visibleBias.map { _ in 0 } : nil))
    }

    /// Takes the parameters of a machine.
    ///
    /// - Precondition: Its hidden units are Bernoulli ones.
    init(_ machine: RBM, output: Output) {
        let parameters = machine.parameters
        self.init(
            output: output,
            weights: Matrix(
                rows: machine.visibleCount, columns: machine.hiddenCount,
                elements: parameters.weights.map { Double($0) }),
            visibleBias: parameters.visibleBias.map { Double($0) },
            hiddenBias: parameters.hiddenBias.map { Double($0) })
    }
}

extension Model {
    /// The note that tells a stack of auto-encoders from one of machines: the output of its lowest layer.
    static let outputNote = "autoencoder.output"

    /// The output of the lowest auto-encoder; nil for a model of machines.
    var autoEncoderOutput: AutoEncoder.Output? {
        notes[Self.outputNote].flatMap(AutoEncoder.Output.init(rawValue:))
    }

    /// The layers as auto-encoders, lowest first.
    ///
    /// - Parameter path: The model's file, for the message.
    /// - Throws: For a model of machines.
    func autoEncoders(_ path: String) throws -> [AutoEncoder] {
        guard let output = autoEncoderOutput else {
            throw dataFault(
                path,
                "is a machine; expected an auto-encoder, as `wilson autoencoder train` writes it")
        }
        return layers.enumerated().map {
            AutoEncoder($0.element, output: $0.offset == 0 ? output : .sigmoid)
        }
    }

    /// The way up the layers by means.
    ///
    /// - Parameter path: The model's file, for the message.
    /// - Throws: If the mean of a unit is not a sigmoid function of one field.
    func encoderStack(_ path: String) throws -> EncoderStack {
        EncoderStack(
            try layers.enumerated().map { number, layer in
                let kind = layer.hiddenUnits
                guard layer.visibleUnits.columns == 1, kind.columns == 1, kind.isDiscrete else {
                    throw dataFault(
                        path,
                        "layer \(number) has \(layer.visibleUnits) visible and \(kind) hidden units; "
                            + "expected hidden units of two states, and visible ones of one column")
                }
                let hidden = layer.hiddenCount
                // What a visible unit hands up is v, or v/σ² of a Gaussian one.
                var factors = [Double](repeating: 1, count: layer.visibleCount)
                var span = factors.mutableSpan
                layer.visibleLaw.weigh(&span)
                return EncoderStack.Layer(
                    weights: Matrix(
                        rows: layer.visibleCount, columns: hidden,
                        elements: layer.parameters.weights.enumerated().map {
                            Double($0.element) * factors[$0.offset / hidden]
                        }),
                    bias: layer.parameters.hiddenBias.map { Double($0) }, scale: kind.scale,
                    offset: kind.offset)
            })
    }
}

extension Tensor {
    /// A tensor of F64.
    init(doubles: [Double], shape: [Int]) {
        self.init(
            elementType: .f64, shape: shape,
            bytes: doubles.flatMap { value in
                (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64($0))) }
            })
    }

    /// The elements of a tensor of F64; nil for any other type.
    var doubles: [Double]? {
        guard elementType == .f64 else { return nil }
        return stride(from: 0, to: bytes.count, by: 8).map { first in
            Double(
                bitPattern: (0..<8).reduce(0) {
                    $0 | UInt64(bytes[first + $1]) << (8 * UInt64($1))
                })
        }
    }
}
