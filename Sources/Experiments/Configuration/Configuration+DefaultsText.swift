extension Configuration {
    /// A whole configuration with every key at its default and what the key means.
    ///
    /// The source of the data and the size of the layer, which have no default, are an example.
    public static let defaultsText = """
        # A configuration of Wilson: every key, at its default. What is left out has the value that
        # stands here; only the source of the data and each layer's `hidden` must be given.
        #
        # Any key can be set for one run on the command line, lists by their position:
        #     --set training.batch=200 --set layers.0.hidden=64
        #
        # Intervals are `N steps`, `N epochs` or `N minutes`. A step is one update of the
        # parameters; an epoch is one pass over the training cases, ⌈cases/batch⌉ steps.

        # What to learn from.
        data:
          # The cases: an IDX, IDX.gz or NPY file, relative to the working directory.
          train: data/train-images-idx3-ubyte.gz
          # Instead of a file, configurations of the two-dimensional Ising torus, drawn on the spot:
          # size: the side L of the L×L lattice, 2 to 1024; coupling: K = J/kT from 0 to 10, or
          # critical, which is ½ ln(1+√2); samples: how many configurations.
          #   ising: {size: 8, coupling: critical, samples: 20000}

          # Cases that are measured but not learned: a file, or the fraction of `train` (0 to below
          # 1) that is set aside. 0: none.
          held-out: 0.1
          # What the numbers mean: auto, bits (0/1), grey (0 to 255, or 0 to 1), spins (−1/+1, or
          # 0/1) or real. auto takes IDX as grey; NPY of bool, and of uint8 with only 0 and 1, as
          # bits; NPY of −1/+1 as spins; NPY of floating point as real.
          values: auto
          # How grey values become bits: none, threshold (1 from 128 of 255, or from 0.5), sample
          # (drawn afresh each epoch, the grey value being the probability) or sample-once.
          binarize: none
          # Whether real values are shifted and scaled to mean 0 and deviation 1, each by itself, over
          # the training cases. None of these lies further than 10 from 0 then, and what does among
          # other cases is cut there. The model keeps what was done, and samples are returned to the
          # data's scale. For gaussian units.
          standardize: false

        # The stack of Boltzmann machines, trained one after the other from the bottom. One element
        # is a single RBM; each further one learns from the hidden units of the one below.
        layers:
          # Visible units: bernoulli (0/1), spin (−1/+1) or gaussian (real). Only in the first
          # layer: the others see the kind below them.
          - visible-units: bernoulli
            # The variances of gaussian units given the hidden ones: unit (1, for standardized data) or
            # learned (between 0.01 and 10⁶). Learning rates from 0.001 to 0.05 are stable;
            # beside much momentum, smaller ones.
            visible-variance: unit
            # The number of hidden units, 1 to 1048576.
            hidden: 500
            # Hidden units: bernoulli (0/1) or spin (−1/+1).
            hidden-units: bernoulli
            # Whether units have biases. false: none on either side.
            biases: true
            # The standard deviation of the normal weights at the start.
            initial-weights: 0.01
            # The visible biases at the start: log-odds (of (n+1)/(N+2), when n of N cases have the
            # unit on; the mean of a gaussian unit) or zero.
            initial-visible-bias: log-odds
            # What the next layer sees of the hidden units: means or samples.
            propagate: means
            # Any key of `training` below, for this layer alone.
            training: {}

        # How all layers learn.
        training:
          # pcd: persistent contrastive divergence, whose chains live through the training.
          # cd: contrastive divergence, whose chains start at the data of each step.
          algorithm: pcd
          # Gibbs sweeps per step, the k of PCD-k and CD-k; 1 to 65535.
          sweeps: 1
          # The number of persistent chains: batch (as many as cases) or 1 to 1000000. They start at
          # the base rates of the visible units. cd: batch.
          chains: batch
          # Cases per step over all ranks together, 1 to 1000000.
          batch: 100
          # Passes over the training cases, 1 to 1000000.
          epochs: 30
          # The step width, above 0; the largest one, as the schedule changes it.
          learning-rate: 0.05
          # linear (falls to 0 at the last step), constant, {exponential: FACTOR} (times the factor,
          # at most 1, each epoch) or {inverse-time: EPOCHS} (half after so many epochs, a third
          # after twice as many). Both change smoothly within an epoch.
          schedule: linear
          # How long the learning rate rises from 0 at the start; steps or epochs.
          warm-up: 0 epochs
          # The share of the last update that is added to the next one, 0 to below 1; or a ramp,
          # {from: 0.5, to: 0.9, over: 5 epochs}.
          momentum: 0
          # Whether the gradient is taken where the momentum leads (Nesterov's way).
          nesterov: false
          # The pull of the weights to 0, per step and learning rate: l1 constant, l2 in proportion
          # to the weight. Biases feel none.
          weight-decay: {l1: 0, l2: 0}
          # The pull of each hidden unit's mean activity to a target (0 to below 1), with its
          # strength and the share of the running mean that a step keeps. It acts on hidden biases
          # and weights. cost 0: none.
          sparsity: {target: 0, cost: 0, memory: 0.95}
          # The share of hidden units that dropout keeps, above 0 and at most 1; a case and its chain
          # share their units. The model has all units, its weights and hidden biases times this share.
          # Bernoulli only.
          keep-probability: 1
          # The model is the mean of the parameters over this last part of the steps, 0 to 1.
          # 0: the parameters of the last step.
          average: 0.2
          # Stops once the free-energy gap, F(held-out) − F(train), has been above `gap` nats for
          # `patience` monitor intervals. The model is then that of the last record within the gap.
          # none: never.
          early-stop: {gap: none, patience: 5}
          # Names the random numbers of the run, 0 to 18446744073709551615. With integer arithmetic
          # an equal seed gives an equal model, on any number of processes.
          seed: 1

        # When to measure, on how many training and held-out cases, and on how many of them the
        # dearer pseudo-likelihood. Fewer cases than this: all of them.
        monitor: {every: 1 epoch, cases: 10000, pseudo-likelihood-cases: 500}

        # When to save the state of the run, and how many of the last checkpoints to keep.
        checkpoint: {every: 1 epoch, keep: 3}

        # integer (weights in two bytes, the same bits on any number of processes),
        # integer-one-byte, float32, or auto: integer where the units allow it, else float32.
        arithmetic: auto

        # A model file to start from, whose layers fit; layers above its top start afresh. none: all do.
        initial-model: none

        """
}
